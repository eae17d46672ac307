/** What a release is checked for. `src/cli.ts` is how it is run. */
export { publicPackages, type PublicPackage } from './public-packages.ts'
