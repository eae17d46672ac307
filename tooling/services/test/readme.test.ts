import { testReadme } from '@aos-tooling/test/readme'

testReadme(new URL('../README.md', import.meta.url))
