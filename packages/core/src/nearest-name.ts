/**
 * The name that somebody probably meant: for messages about misspelt options.
 *
 * Names differ by case only, or by at most two letters added, dropped or replaced (Levenshtein,
 * 1966); by one in short names, where two make another word: `min` is no `max`.
 */

/** No option has a longer name; comparing takes time in the square of the length. */
const lengthMax = 64
const shortLength = 5

/** The nearest of `known` to a name that is none of them, or undefined when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > lengthMax) return undefined
  const folded = name.toLowerCase()
  let nearest: string | undefined
  let least = Infinity
  for (const each of known) {
    const distance = editDistance(folded, each.toLowerCase())
    const most = Math.min(folded.length, each.length) <= shortLength ? 1 : 2
    if (distance > most || distance >= least) continue
    nearest = each
    least = distance
  }
  return nearest
}

/** Letters to add, drop or replace, to make one text of the other. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let at = 1; at <= to.length; at++) {
      const replaced = above[at - 1]! + (from[row - 1] === to[at - 1] ? 0 : 1)
      current.push(Math.min(replaced, above[at]! + 1, current[at - 1]! + 1))
    }
    above = current
  }
  return above[to.length]!
}
