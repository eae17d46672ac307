/** The commands of the playground's README are ones that exist. */
import { testReadme } from '@aos-tooling/test/readme'

testReadme(new URL('../README.md', import.meta.url))
