// The administrator's page of a site: copies the line that goes into their own page.
import strings from "./chat-strings.js";

const snippet = document.getElementById("snippet");
const told = document.getElementById("copied");

/** The way of browsers and pages (without https) that have no clipboard to write to. */
function copySelected() {
  getSelection().selectAllChildren(snippet);
  return document.execCommand("copy");
}

document.getElementById("copy").addEventListener("click", async () => {
  const copied = await (navigator.clipboard?.writeText(snippet.textContent) ?? Promise.reject()).then(
    () => true,
    () => copySelected(),
  );
  told.textContent = copied ? strings.copied : strings.copyByHand;
});
