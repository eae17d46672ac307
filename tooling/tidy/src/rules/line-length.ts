/** Lines fit in 100 columns, so that two files stand side by side on a screen. */
import type { Rule } from '../rule.ts'

const columnsMax = 100
const generated = /(^|\/)(RESULTS|CHANGELOG)\.md$|^\.changeset\/|\/dist\//

export const lineLength: Rule = {
  name: 'lines have at most 100 columns',
  check: (repository) =>
    repository
      .matching(/\.(m?[jt]sx?|md)$/)
      .filter((path) => !generated.test(path))
      .flatMap((path) =>
        repository
          .text(path)
          .split('\n')
          .flatMap((text, index) =>
            columnsOf(text) <= columnsMax || cannotBreak(path, text)
              ? []
              : [
                  {
                    path,
                    line: index + 1,
                    message: `has ${columnsOf(text)} columns; break it at ${columnsMax}.`,
                  },
                ],
          ),
      ),
}

function columnsOf(text: string): number {
  // There are never more columns than units, and to count is slow.
  if (text.length <= columnsMax) return text.length
  return [...new Intl.Segmenter().segment(text)].length
}

/** Table rows, links, and text without a space to break at. */
function cannotBreak(path: string, text: string): boolean {
  if (path.endsWith('.md') && /^\s*\||\]\(|^\[[^\]]+\]:/.test(text)) return true
  // A formatter leaves long strings and patterns whole: they are one word to it.
  if (/https?:\/\//.test(text)) return true
  return /^\s*(\w+: )?\/(?![*/]).*\/[a-z]*,?$|^\s*['"`][^'"`\s]*['"`],?$/.test(text)
}
