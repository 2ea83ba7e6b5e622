import { blocksOf } from '../test/docs/snippets.ts'

/** A block of commands in a guide: what it says, where, and whether a reader has to do it by hand. */
export type GuideCommands = { text: string; line: number; by_hand: boolean }

/**
 * The commands of a guide that is walked on a machine, in order. A block is done by hand when the paragraph above it has a sentence that begins
 * with "By hand, since" and says why.
 */
export function guideCommands(markdown: string): GuideCommands[] {
  const lines = markdown.split('\n')
  return blocksOf(markdown)
    .filter(({ language }) => language === 'text' || language === 'bash')
    .map(({ text, line }) => {
      const above =
        lines
          .slice(0, line - 1)
          .join('\n')
          .trimEnd()
          .split('\n\n')
          .at(-1) ?? ''
      return { text, line, by_hand: /\bBy hand,\ssince\s/.test(above) }
    })
}
