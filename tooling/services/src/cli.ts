/**
 * `pnpm services [name...]`: starts services for a person at a terminal, prints how to reach them,
 * and stops them on Ctrl-C. Without names, all of them.
 */
import type { ServiceDefinition } from './definition.ts'
import { services, type ServiceName } from './registry.ts'
import { useService } from './service.ts'

function isServiceName(name: string): name is ServiceName {
  return name in services
}

/** For a shell to take as it is: a connection string has semicolons. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(services)
try {
  const running = []
  for (const name of wanted) {
    if (!isServiceName(name)) {
      throw new Error(`No service '${name}'; there are ${Object.keys(services).join(', ')}.`)
    }
    const service = await useService(name)
    running.push(service)
    const definition: ServiceDefinition = services[name]
    const more = definition.variablesOf?.(service.url)
    const variables = { [definition.urlVariable]: service.url, ...more }
    for (const [variable, value] of Object.entries(variables)) {
      console.log(`export ${variable}=${shellQuoted(value)}`)
    }
  }
  console.error('Ctrl-C stops them.')
  const rest = setInterval(() => undefined, 60_000)
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  clearInterval(rest)
  await Promise.all(running.map((service) => service.stop()))
} catch (error) {
  console.error(`services: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
