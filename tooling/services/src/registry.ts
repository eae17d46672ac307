/**
 * All services that tests may ask for. A new one is a file with its definition, and a line here.
 */
import { azurite } from './azurite.ts'
import { chromium } from './chromium.ts'
import type { ServiceDefinition } from './definition.ts'
import { redis } from './redis.ts'

export const services = { redis, chromium, azurite } as const satisfies Record<
  string,
  ServiceDefinition
>

export type ServiceName = keyof typeof services
