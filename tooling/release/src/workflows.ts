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
}

interface Job {
  readonly permissions?: Permissions
  readonly environment?: string
  readonly steps?: readonly Step[]
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
  return [
    ...pinFindings(text),
    ...wholeFindings(workflow, text),
    ...Object.entries(workflow.jobs ?? {}).flatMap(([name, job]) => jobFindings(name, job)),
  ]
}

const pinned = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

function pinFindings(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\s*(- )?uses:/.test(line) && !pinned.test(line))
    .map((line) => `'${line.trim()}' is not pinned to a commit, with its version behind #.`)
}

function wholeFindings({ permissions, concurrency, on }: Workflow, text: string): string[] {
  const findings: string[] = []
  if (typeof permissions !== 'object' || Object.values(permissions).includes('write')) {
    findings.push('permissions of the whole are missing or may write; jobs ask for theirs.')
  }
  if (concurrency === undefined) findings.push('has no concurrency.')
  // It would run what a stranger proposes, with the rights of the repository.
  if (JSON.stringify(on ?? {}).includes('pull_request_target')) {
    findings.push('runs on pull_request_target.')
  }
  // Titles and branch names are text of strangers: in a script they would be run.
  if (/^\s*(- )?run:.*\$\{\{\s*github\.(event|head_ref)/m.test(text)) {
    findings.push('puts text of an event into a script; hand it over in env.')
  }
  if (/\bsecrets\.(?!GITHUB_TOKEN\b)/.test(text)) findings.push('needs a secret.')
  return findings
}

function jobFindings(name: string, job: Job): string[] {
  const findings: string[] = []
  const { permissions = {}, steps = [] } = job
  if (job['timeout-minutes'] === undefined) findings.push(`job ${name} has no timeout-minutes.`)
  if (permissions['id-token'] === 'write') {
    if (job.environment === undefined) {
      findings.push(`job ${name} can publish without a person: give it an environment.`)
    }
    for (const { run } of steps) {
      if (run !== undefined && !/^(npx --yes pnpm|npm install --global pnpm)@[\d.]+/.test(run)) {
        findings.push(`job ${name} can publish, and runs '${run}'.`)
      }
    }
  }
  const allowed = ['contents', 'pull-requests', 'id-token']
  for (const [scope, access] of Object.entries(permissions)) {
    if (access === 'write' && !allowed.includes(scope)) {
      findings.push(`job ${name} may write ${scope}.`)
    }
  }
  return findings
}
