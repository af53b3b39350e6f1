/** How many cases a property is tried on: a third of them in `npm test`, all in `npm run test:long`, which runs such files too. */
export function cases(all: number): number {
  return process.env['LUNAS_TEST_ALL'] === undefined ? Math.ceil(all / 3) : all
}
