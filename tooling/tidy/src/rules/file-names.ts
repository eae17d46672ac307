/** A file is named after the one concept that it holds; these names hold anything. */
import type { Rule } from '../rule.ts'

const empty = /(^|[-.])(utils?|helpers?|commons?|misc|shared|stuff|lib)([-.]|$)/i
const kebab = /^[a-z0-9]+([-.][a-z0-9]+)*$/

export const fileNames: Rule = {
  name: 'files and folders are named by their concept, in kebab case',
  check: (repository) =>
    repository.sources(/^(packages|apps|tooling|examples)\//).flatMap((path) => {
      const parts = path.split('/').slice(1)
      const wrong = parts.find((part) => empty.test(part.replace(/\.m?[jt]sx?$/, '')))
      if (wrong !== undefined) {
        return [{ path, message: `'${wrong}' says nothing; name the concept that it holds.` }]
      }
      const shouted = parts.find((part) => !kebab.test(part) && !/^[_.[(]/.test(part))
      if (shouted === undefined || path.endsWith('.tsx')) return []
      return [{ path, message: `'${shouted}' is not in kebab case; write it like other-files.ts.` }]
    }),
}
