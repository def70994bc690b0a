"""What the product costs beside the bare libraries and the physical limit, measured in one run."""
