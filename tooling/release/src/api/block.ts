/** The parts of a snapshot: blocks with an empty line between them. */

/** A line that names what is declared elsewhere, or by another name. */
export function isReference(block: string): boolean {
  return /^(import|export) \{/.test(block)
}

/** What a block declares, exports or imports, by the name that its readers use. */
export function declaredName(block: string): string {
  const [line = ''] = block.split('\n', 1)
  const listed = /^(?:import|export) \{ (?:type )?(?:.* as )?([\w$]+) \}/.exec(line)?.[1]
  if (listed !== undefined) return listed
  const keywords = 'interface|class|type|function|const|let|var|enum|namespace'
  const declaration = new RegExp(`^(?:export )?(?:abstract )?(?:${keywords}) ([\\w$]+)`)
  return declaration.exec(line)?.[1] ?? line
}
