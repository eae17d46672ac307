/** Which command was asked for: set up first, then hand over to it. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { runChild } from './child.mjs'
import { toolEnvironment } from './environment.mjs'
import { bringTools } from './install.mjs'
import { withInstallLock } from './lock.mjs'
import { say, SetupFailed } from './message.mjs'
import { runSteps, runTestsOnly } from './steps.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const program = 'apps/playground/src/server/main.ts'

export async function main([command, ...rest]) {
  const args = rest[0] === '--' ? rest.slice(1) : rest
  try {
    if (command !== 'start' && command !== 'test') {
      throw new SetupFailed(
        `there is no command '${command ?? ''}'; run \`npm start\` or \`npm test\`.`,
      )
    }
    if (command === 'start') assertFlagsCame()
    await bringTools(root)
    process.exitCode = command === 'start' ? await start(args) : await test(args)
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error
    process.stderr.write(`boot: ${error.message}\n`)
    // Whoever reads the last line of a test run learns that it failed.
    if (command === 'test') process.stdout.write('0 passed, 1 failed\n')
    process.exitCode = 1
  }
}

/** Without a `--` npm keeps the flags, and says so only in a warning. */
function assertFlagsCame() {
  const kept = ['data', 'port', 'reset', 'azure', 's3', 'bucket'].filter(
    (name) => process.env[`npm_config_${name}`],
  )
  if (kept.length === 0) return
  const flags = kept.map((name) => `--${name}`).join(' ')
  throw new SetupFailed(`npm took ${flags} for itself; put "--" before: npm start -- ${flags}`)
}

/** Builds the page, unless it is built already, and runs the playground until Ctrl-C. */
async function start(args) {
  if (!existsSync(join(root, program))) {
    throw new SetupFailed(
      `${program} is not there, and it is what \`npm start\` runs. Check the clone with ` +
        '`git status`, or bring the file back with `git checkout -- apps`.',
    )
  }
  const env = toolEnvironment(root)
  const failed = await withInstallLock(root, () => buildPage(env))
  if (failed !== 0) return failed
  say(`running ${program}`)
  const command = ['node', '--conditions=@aos-storage/source', program, ...args]
  return runChild(command, { cwd: root, env, isServer: true })
}

/** Takes a tenth of a second when nothing changed. Resolves with the exit code. */
async function buildPage(env) {
  say('building the page, if it changed')
  let output = ''
  const code = await runChild(
    ['turbo', 'run', 'build:web', '--filter=@aos-storage/playground', '--output-logs=errors-only'],
    { cwd: root, env, onOutput: (chunk) => (output += chunk) },
  )
  if (code !== 0) process.stderr.write(output)
  return code
}

function test(args) {
  return args.length > 0 ? runTestsOnly(root, args) : runSteps(root)
}
