// A bank leaves of a reference what its files can hold: it drops hyphens and underscores, writes capitals, breaks the line anywhere and
// glues words before and behind. What is left are letters and digits, so those are compared and nothing else.

/** Shorter than this, a reference is found in too many texts that do not mean it. */
const lengthMin = 4
// The line of a bank has 140 characters, often 35.
const lengthMax = 64
// A reference of a mixed form, such as 3F2B-9C1D, has many runs. With these bounds a text has 4,800 pieces at most.
const runsOfPieceMax = 24
const runsOfTextMax = 200

/**
 * What in a text may be a reference, as letters and digits in capitals: each piece that begins and ends where letters become digits,
 * digits become letters, or something else stands between them.
 */
export function squeezedPieces(text: string): string[] {
  const runs = text
    .toUpperCase()
    .match(/[A-Z]+|[0-9]+/g)
    ?.slice(0, runsOfTextMax)
  const pieces = new Set<string>()
  for (const [first] of (runs ?? []).entries()) {
    let piece = ''
    for (const run of runs?.slice(first, first + runsOfPieceMax) ?? []) {
      piece += run
      if (piece.length > lengthMax) break
      if (piece.length >= lengthMin) pieces.add(piece)
    }
  }
  return [...pieces]
}
