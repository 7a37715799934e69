// The language of the page: its messages, which the page hands over, and its numbers.

export const tag = document.documentElement.lang;
const translated = JSON.parse(document.getElementById("messages").textContent);

// Translate a message; its places, such as %(name)s, get the values.
export function gettext(message, values = {}) {
  return (translated[message] ?? message).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

export function spelled(number, options) {
  return number.toLocaleString(tag, options);
}
