/** JSON that is laid out, seen as its members: one a line. */

const name = /^ *"(?:[^"\\]|\\.)*": /

/** True when each line of three texts is of the same member: what changed is its value alone. */
export function areSameMembers(
  mine: readonly string[],
  base: readonly string[],
  theirs: readonly string[],
): boolean {
  if (mine.length !== base.length || theirs.length !== base.length) return false
  return base.every((line, index) => {
    const member = memberOf(line)
    return member === memberOf(mine[index]!) && member === memberOf(theirs[index]!)
  })
}

/** Its depth and name; what has no name is only itself. */
function memberOf(line: string): string {
  return name.exec(line)?.[0] ?? line
}
