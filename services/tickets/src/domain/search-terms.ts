/** Words beyond these numbers do not make a search better, only dearer. */
const termsPerTitle = 32;
const termsPerQuery = 8;
const termLengthMax = 32;

/** titleTerms are the words by which a title can be found. */
export function titleTerms(title: string): string[] {
  return words(title).slice(0, termsPerTitle);
}

/** queryTerms are the words that a search asks for; each is the beginning of a word of the title. */
export function queryTerms(query: string): string[] {
  return words(query).slice(0, termsPerQuery);
}

/** Lower case and without accents, so that "Beyonce" finds "Beyoncé". */
function words(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const found = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(found.map((word) => [...word].slice(0, termLengthMax).join("")))];
}
