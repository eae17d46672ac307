import { quota } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

registerLayers('memory behind a quota', () => [
  quota({ bytesMax: 1024 ** 4, objectsMax: 1024 ** 3 }),
])
