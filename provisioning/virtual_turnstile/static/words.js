// Words in the page's language, given by the server in the body's data.

const words = JSON.parse(document.body.dataset.words);

/** The word of a key, its {names} filled in; a key without a word is shown readable. */
export function word(key, values = {}) {
  const text = words[key] ?? key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
