// The stand-alone page of a site: the chat as that site's widget shows it, filling the screen.
import strings from "./chat-strings.js";

const place = document.querySelector("[data-chat]");
try {
  const { default: settings } = await import(`/widget/v1/${encodeURIComponent(place.dataset.chat)}/panel.js`);
  const chat = document.createElement("la-ban-chat");
  chat.settings = settings;
  place.replaceChildren(chat);
} catch {
  place.querySelector(".loading").textContent = strings.unreachable;
}
