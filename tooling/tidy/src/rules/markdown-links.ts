/** Every relative link of a Markdown file leads to a file or folder of the repository. */
import { posix } from 'node:path'

import type { Rule } from '../rule.ts'

export const markdownLinks: Rule = {
  name: 'relative links lead somewhere',
  check: (repository) =>
    repository.matching(/\.md$/).flatMap((path) => {
      // Code is no link; blank it out, keeping the line numbers.
      const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ')
      const text = repository
        .text(path)
        .replaceAll(/^```[^]*?^```/gm, blank)
        .replaceAll(/`[^`\n]*`/g, blank)
      return [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/gm)].flatMap(
        (match) => {
          const target = (match[1] ?? match[2] ?? '').split('#')[0] as string
          if (target === '' || /^[a-z][a-z+.-]*:/i.test(target)) return []
          const from = target.startsWith('/') ? '' : posix.dirname(path)
          const found = posix.join(from, decodeURI(target)).replace(/^\/|\/$/g, '')
          if (found === '.' || repository.has(found) || repository.hasFolder(found)) return []
          const line = text.slice(0, match.index).split('\n').length
          return [{ path, line, message: `links to ${target}, which is not there.` }]
        },
      )
    }),
}
