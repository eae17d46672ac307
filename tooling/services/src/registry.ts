/**
 * All services that tests may ask for. A new one is a file with its definition, and a line here.
 */
import { azurite } from './azurite.ts'
import { chromium } from './chromium.ts'
import type { ServiceDefinition } from './definition.ts'
import { redis } from './redis.ts'
import { rgw } from './rgw.ts'

export const services = { redis, chromium, azurite, rgw } as const satisfies Record<
  string,
  ServiceDefinition
>

export type ServiceName = keyof typeof services
