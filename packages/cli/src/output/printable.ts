/** Text of others (keys, messages of services) as a terminal may show it. */

/** Control characters would move the cursor, or worse; newlines and tabs stay. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

export function printable(text: string): string {
  return text.replace(unsafe, escape)
}

/** On one line: for keys, which stand in columns. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escape)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
