/** axe-core in the page: what keeps people with a disability from using it. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

export interface AccessibilityOptions {
  /** CSS selector of the part to look at; the whole page without one. */
  readonly within?: string | undefined
  /** Ids of rules to leave out, as `color-contrast`. */
  readonly except?: readonly string[] | undefined
}

/** Violations of impact serious or critical, one text each, with the elements concerned. */
export async function violationsOf(
  page: Page,
  { within, except = [] }: AccessibilityOptions = {},
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const violations = await page.evaluate(
    async ({ within, except }) => {
      const { axe: engine } = globalThis as unknown as { axe: typeof axe }
      const rules = Object.fromEntries(except.map((id) => [id, { enabled: false }]))
      const found = await engine.run(within ?? document, { resultTypes: ['violations'], rules })
      return found.violations.map(({ id, impact, help, nodes }) => {
        const elements = nodes.map(({ html, failureSummary }) => ({ html, failureSummary }))
        return { id, impact, help, elements }
      })
    },
    { within, except: [...except] },
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, elements }) => {
      const lines = elements.map(({ html, failureSummary = '' }) => {
        return `  ${html}\n${failureSummary.replaceAll(/^/gm, '    ')}`
      })
      return [`${id} (${impact}): ${help}`, ...lines].join('\n')
    })
}

/** @throws Error that lists the violations. */
export async function expectAccessible(page: Page, options?: AccessibilityOptions): Promise<void> {
  const violations = await violationsOf(page, options)
  if (violations.length > 0) throw new Error(`Not accessible:\n${violations.join('\n\n')}`)
}
