/** The style of this repository as rules that can fail; `test/repository.test.ts` applies them. */
import { Repository } from './repository.ts'
import { describeFinding, type Rule } from './rule.ts'
import { bannedTokens } from './rules/banned-tokens.ts'
import { docstrings } from './rules/docstrings.ts'
import { exportsMap } from './rules/exports-map.ts'
import { fileLength } from './rules/file-length.ts'
import { fileNames } from './rules/file-names.ts'
import { importCycles } from './rules/import-cycles.ts'
import { injectedTime } from './rules/injected-time.ts'
import { layerMembers } from './rules/layer-members.ts'
import { layering } from './rules/layering.ts'
import { lineLength } from './rules/line-length.ts'
import { machineTraces } from './rules/machine-traces.ts'
import { markdownBlocks } from './rules/markdown-blocks.ts'
import { markdownLinks } from './rules/markdown-links.ts'
import { readmeHeadings } from './rules/readme-headings.ts'
import { specificationMap } from './rules/specification-map.ts'

export { readmeSections } from './rules/readme-headings.ts'

export const rules: readonly Rule[] = [
  bannedTokens,
  docstrings,
  exportsMap,
  fileLength,
  fileNames,
  importCycles,
  injectedTime,
  layerMembers,
  layering,
  lineLength,
  machineTraces,
  markdownBlocks,
  markdownLinks,
  readmeHeadings,
  specificationMap,
]

/** Everything that the rules find in the repository at `root`, one line each. */
export function findingsAt(root: string): string[] {
  const repository = Repository.at(root)
  return rules.flatMap((rule) => rule.check(repository).map(describeFinding))
}
