/** Every published package answers the same questions, under the same headings, in one order. */
import type { Rule } from '../rule.ts'

export const readmeSections = [
  'Quickstart',
  'Guarantees',
  'Errors',
  'Options',
  'Telemetry',
  'Caveats and limits',
  'Comparison',
  'Reading the source',
] as const

export const readmeHeadings: Rule = {
  name: 'READMEs have the same sections everywhere',
  check: (repository) =>
    repository.publicPackages().flatMap(({ folder, manifest }) => {
      const path = `${folder}/README.md`
      if (!repository.has(path)) {
        const message = `is not there; write it with ${readmeSections.join(', ')}.`
        return [{ path, message }]
      }
      const text = repository.text(path).replaceAll(/^```[^]*?^```/gm, '')
      const findings = []
      if (!text.startsWith(`# ${manifest.name}\n\n`)) {
        findings.push({ path, line: 1, message: `must begin with \`# ${manifest.name}\`.` })
      }
      if (!/^# .*\n\n[^#\s]/.test(text)) {
        findings.push({ path, line: 3, message: 'must say its purpose in one sentence.' })
      }
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
      const known = headings.filter((heading) => readmeSections.some((each) => each === heading))
      if (known.join('\n') !== readmeSections.join('\n')) {
        const message = `must have these sections once, in order: ${readmeSections.join(', ')}.`
        findings.push({ path, message })
      }
      const sections = [...text.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => heading!)
      const twice = sections.find((heading, at) => sections.indexOf(heading) !== at)
      if (twice !== undefined) findings.push({ path, message: `has "${twice}" twice.` })
      return findings
    }),
}
