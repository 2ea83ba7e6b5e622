// Plain JavaScript that even an old Node can read: everything else of the program is TypeScript, which Node runs since 22.18.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Tallystick needs Node 22.18 or newer and found ${process.versions.node}, and there is no Node package for ` +
      `${process.platform}-${process.arch} to bring along: install Node 24, then run the same command again.\n`,
  )
  process.exit(1)
}
