/** Which command was asked for: set up first, then hand over to it. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { runChild } from './child.mjs'
import { toolEnvironment } from './environment.mjs'
import { bringTools } from './install.mjs'
import { say, SetupFailed } from './message.mjs'
import { runSteps, runTestsOnly } from './steps.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

export async function main([command, ...rest]) {
  const args = rest[0] === '--' ? rest.slice(1) : rest
  try {
    if (command !== 'start' && command !== 'test') {
      throw new SetupFailed(
        `there is no command '${command ?? ''}'; run \`npm start\` or \`npm test\`.`,
      )
    }
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

function start(args) {
  const tour = 'examples/tour.ts'
  if (!existsSync(join(root, tour))) {
    throw new SetupFailed(
      `${tour} is not there, and it is what \`npm start\` runs. Check the clone with ` +
        '`git status`, or bring the file back with `git checkout -- examples`.',
    )
  }
  say(`running ${tour}`)
  const command = ['node', '--conditions=@aos-storage/source', tour, ...args]
  return runChild(command, { cwd: root, env: toolEnvironment(root) })
}

function test(args) {
  return args.length > 0 ? runTestsOnly(root, args) : runSteps(root)
}
