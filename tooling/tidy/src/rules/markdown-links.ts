/**
 * Links lead somewhere: to a file or folder that is there, to a heading that is there, or by https
 * to another site. A README that npm shows too links with the repository's URL, since npm's page
 * stands outside of it; such URLs are taken for the files that they name.
 */
import { posix } from 'node:path'

import { anchorsOf, linksOf, undefinedLabels } from '../markdown.ts'
import type { Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'

const home = 'https://github.com/aos-storage/aos-storage'
/** What GitHub serves below a repository beside its files. */
const services = /^\/(actions|commits|discussions|issues|pulls|releases|security)(\/|$)/

export const markdownLinks: Rule = {
  name: 'links of Markdown lead somewhere',
  check: (repository) => {
    const anchors = new Map<string, ReadonlySet<string>>()
    const anchorsIn = (path: string): ReadonlySet<string> => {
      const known = anchors.get(path) ?? anchorsOf(repository.text(path))
      anchors.set(path, known)
      return known
    }
    const published = new Set(
      repository.publicPackages().map(({ folder }) => `${folder}/README.md`),
    )
    return repository.matching(/\.md$/).flatMap((path): Finding[] => {
      const problemOf = (target: string): string | undefined =>
        shapeProblem(target, published.has(path)) ??
        goalProblem(repository, path, target, anchorsIn)
      return [
        ...linksOf(repository.text(path)).flatMap(({ target, line }) => {
          const problem = problemOf(target)
          return problem === undefined
            ? []
            : [{ path, line, message: `links to ${target}${problem}` }]
        }),
        ...undefinedLabels(repository.text(path)).map(({ target, line }) => {
          return { path, line, message: `links by [${target}], which the page does not define.` }
        }),
      ]
    })
  },
}

function shapeProblem(target: string, isPublished: boolean): string | undefined {
  if (target === '') return 'nothing.'
  if (target.startsWith('/')) return ', from a root that npm and editors do not know; be relative.'
  if (/^(https:\/\/|mailto:|#)/.test(target)) return undefined
  if (target.startsWith('http://')) return '; use https.'
  if (/^[a-z][a-z+.-]*:/i.test(target)) return '; only https and mailto lead out of a page.'
  if (isPublished) return `, which npm's page does not have; write ${home}/blob/main/...`
  return undefined
}

function goalProblem(
  repository: Repository,
  path: string,
  target: string,
  anchorsIn: (path: string) => ReadonlySet<string>,
): string | undefined {
  const [address, anchor] = splitAnchor(target)
  const goal = goalOf(path, address)
  if (goal === undefined) return undefined
  if (goal === false) return ', which names no file of branch main.'
  const isFile = repository.has(goal)
  if (!isFile && goal !== '' && !repository.hasFolder(goal)) return ', which is not there.'
  if (anchor === undefined) return undefined
  const page = isFile ? goal : posix.join(goal, 'README.md')
  if (!repository.has(page)) return ', which has no page for an anchor.'
  if (!page.endsWith('.md')) return /^L\d+(-L\d+)?$/.test(anchor) ? undefined : lacks(anchor)
  return anchorsIn(page).has(anchor) ? undefined : lacks(anchor)
}

const lacks = (anchor: string): string => `, but no heading there is #${anchor}.`

function splitAnchor(target: string): [string, string?] {
  const at = target.indexOf('#')
  return at === -1 ? [target] : [target.slice(0, at), decodeURIComponent(target.slice(at + 1))]
}

/** The path that is meant, `''` for the root; undefined for other sites, false for a wrong URL. */
function goalOf(path: string, address: string): string | false | undefined {
  if (address === '') return path
  if (address !== home && !address.startsWith(`${home}/`)) {
    if (/^[a-z]+:/.test(address)) return undefined
    const goal = posix.join(posix.dirname(path), decodeURI(address)).replace(/\/$/, '')
    return goal === '.' ? '' : goal
  }
  const rest = address.slice(home.length)
  if (rest === '' || services.test(rest)) return undefined
  const [, file] = /^\/(?:blob|raw|tree)\/main(?:\/(.*?))?\/?$/.exec(rest) ?? []
  return rest.startsWith('/tree/main') || file !== undefined ? decodeURI(file ?? '') : false
}
