/** The rules for the two keys of an entity, as the store has them: told while one types. Pure. */
const keyUnitsMax = 512
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/

/** The rule that a key breaks, as a sentence, or undefined when it is legal. */
export function keyFault(key: string): string | undefined {
  if (key.length > keyUnitsMax) return `It has ${key.length} characters; ${keyUnitsMax} fit.`
  if (!key.isWellFormed()) return 'It holds half a character.'
  if (!forbidden.test(key)) return undefined
  return 'It holds one of / \\ # ? or a control character, which no key can.'
}
