/**
 * `npm start` and `npm test`: the one script that a fresh clone needs, with nothing installed but
 * Node 20 and npm. This file only checks the Node that runs it, and therefore keeps to syntax that
 * much older Nodes can parse; the rest is in main.mjs.
 */
var oldestNode = 20

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(
    'boot: this is Node ' +
      process.versions.node +
      ', but Node ' +
      oldestNode +
      ' or newer is needed to start. Install a current Node (nodejs.org, nvm, fnm) and run the ' +
      'same command again; the Node that the project itself uses is then brought for you.\n',
  )
  process.exit(1)
} else {
  void import('./main.mjs').then(function (main) {
    return main.main(process.argv.slice(2))
  })
}
