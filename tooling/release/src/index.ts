/** What a release is checked for. `src/cli.ts` is how it is run. */
export { entriesOf, type Entry } from './api/entry.ts'
export { publicPackages, type PublicPackage } from './public-packages.ts'
