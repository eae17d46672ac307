/** The rules for names of queues, as the store has them: so that one is told while one types. */
const charsMin = 3
const charsMax = 63
const suffix = '-poison'

/** The rule that a name breaks, as the rest of a sentence, or undefined when it is legal. */
export function nameFault(name: string): string | undefined {
  if (/[A-Z]/.test(name)) return 'has a capital letter; write it in lower case'
  if (/[^a-z0-9-]/.test(name)) return 'has a character other than a-z, 0-9 and “-”'
  if (name.length < charsMin || name.length > charsMax) {
    return `has ${name.length} characters; it must have ${charsMin} to ${charsMax}`
  }
  if (/^[a-z0-9](?:-?[a-z0-9])*$/.test(name)) return undefined
  return 'begins or ends with “-”, or has “--”; dashes stand alone between letters or digits'
}

/** Whether names of queues can begin so. */
export function isPrefix(text: string): boolean {
  return text === '' || /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)
}

export function poisonOf(queue: string): string {
  return `${queue}${suffix}`
}

/** The queue whose messages end there; undefined for one that is no poison queue by its name. */
export function poisonedBy(queue: string): string | undefined {
  return queue.endsWith(suffix) ? queue.slice(0, -suffix.length) : undefined
}
