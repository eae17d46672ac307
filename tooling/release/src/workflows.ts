/**
 * What the workflow files may do: every action pinned to a commit, no permission but those that a
 * job names, no secret, and what can publish in one job alone.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

type Permissions = Readonly<Record<string, string>>

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Permissions | string
  readonly environment?: string
  readonly steps?: readonly Step[]
  /** Another workflow. */
  readonly uses?: string
  readonly container?: unknown
  readonly services?: unknown
  readonly 'timeout-minutes'?: number
}

interface Workflow {
  readonly on?: unknown
  readonly permissions?: Permissions | string
  readonly concurrency?: unknown
  readonly jobs?: Readonly<Record<string, Job>>
}

export function workflowFindings(root: string): string[] {
  const folder = join(root, '.github/workflows')
  return readdirSync(folder).flatMap((file) =>
    findingsOf(readFileSync(join(folder, file), 'utf8')).map((finding) => `${file}: ${finding}`),
  )
}

/** @param text Of one workflow file. */
export function findingsOf(text: string): string[] {
  const workflow = parse(text) as Workflow
  const jobs = Object.entries(workflow.jobs ?? {})
  return [
    ...pinFindings(text, jobs),
    ...wholeFindings(workflow, text),
    ...jobs.flatMap(([name, job]) => jobFindings(name, job)),
  ]
}

const pinned = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

/** The version behind # is a comment, so that lines are looked at; none may hide from that. */
function pinFindings(text: string, jobs: readonly (readonly [string, Job])[]): string[] {
  const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line))
  const steps = jobs.flatMap(([, { steps = [] }]) => steps)
  const used = [...jobs.map(([, job]) => job), ...steps].filter(({ uses }) => uses !== undefined)
  const hidden =
    used.length > lines.length ? ['names actions other than on lines of their own.'] : []
  return [
    ...hidden,
    ...lines
      .filter((line) => !pinned.test(line))
      .map((line) => `'${line.trim()}' is not pinned to a commit, with its version behind #.`),
  ]
}

/** Others run what strangers propose or write, with the rights of the repository. */
const triggers = ['push', 'pull_request', 'schedule', 'workflow_dispatch']

function wholeFindings({ permissions, concurrency, on }: Workflow, text: string): string[] {
  const findings: string[] = []
  if (typeof permissions !== 'object' || Object.values(permissions).includes('write')) {
    findings.push('permissions of the whole are missing or may write; jobs ask for theirs.')
  }
  if (concurrency === undefined) findings.push('has no concurrency.')
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {})
  for (const event of events) {
    if (!triggers.includes(String(event))) findings.push(`runs on ${String(event)}.`)
  }
  if (/\bsecrets\b(?!\.GITHUB_TOKEN\b)/.test(withoutComments(text))) {
    findings.push('needs a secret.')
  }
  return findings
}

function withoutComments(text: string): string {
  return text.replaceAll(/(^|\s)#.*$/gm, '')
}

function jobFindings(name: string, job: Job): string[] {
  const findings: string[] = []
  const { permissions = {}, steps = [] } = job
  if (job['timeout-minutes'] === undefined) findings.push(`job ${name} has no timeout-minutes.`)
  if (job.container !== undefined || job.services !== undefined) {
    findings.push(`job ${name} runs images, which are not pinned.`)
  }
  for (const step of steps) findings.push(...stepFindings(name, step))
  if (typeof permissions === 'string') {
    return [...findings, `job ${name} may ${permissions}; name what it may.`]
  }
  if (permissions['id-token'] === 'write') findings.push(...publisherFindings(name, job))
  const allowed = ['contents', 'pull-requests', 'id-token']
  for (const [scope, access] of Object.entries(permissions)) {
    if (access === 'write' && !allowed.includes(scope)) {
      findings.push(`job ${name} may write ${scope}.`)
    }
  }
  return findings
}

function stepFindings(name: string, { uses = '', run = '', with: inputs = {} }: Step): string[] {
  const findings: string[] = []
  // Titles and branch names are text of strangers: in a script they would be run.
  if (`${run} ${JSON.stringify(inputs['script'] ?? '')}`.includes('${{')) {
    findings.push(`job ${name} puts text into a script; hand it over in env.`)
  }
  // Whatever runs afterwards would find the token in .git/config.
  if (uses.startsWith('actions/checkout@') && inputs['persist-credentials'] !== false) {
    findings.push(`job ${name} leaves its token behind; say persist-credentials: false.`)
  }
  return findings
}

const ofPublisher =
  /^(npx --yes pnpm@[\d.]+ install --frozen-lockfile --ignore-scripts|npm install --global pnpm@[\d.]+)$/

function publisherFindings(name: string, { environment, steps = [] }: Job): string[] {
  const findings =
    environment === undefined
      ? [`job ${name} can publish without a person: give it an environment.`]
      : []
  for (const { run } of steps) {
    if (run !== undefined && !ofPublisher.test(run)) {
      findings.push(`job ${name} can publish, and runs '${run}'.`)
    }
  }
  return findings
}
