"""The people on the other side of the chats: what they do, and what they see."""
