// Makes the frame of a mail as high as the mail, so that nothing of it is hidden. Without it the frame scrolls.
"use strict";

const frame = document.querySelector("iframe.letter");

function fit() {
  const page = frame.contentDocument;
  if (!page || !page.body) return;
  frame.style.height = "0";
  const edges = frame.offsetHeight - frame.clientHeight;
  frame.style.height = `${page.documentElement.scrollHeight + edges}px`;
}

if (frame) {
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  if (frame.contentDocument && frame.contentDocument.readyState === "complete") fit();
}
