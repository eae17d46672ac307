// Names each module that a process loads, one a line, in the file of AOS_LOADED_MODULES.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.AOS_LOADED_MODULES, `${url}\n`)
    return nextLoad(url, context)
  },
})
