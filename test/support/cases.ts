/** Whether properties are tried on all their cases, as `npm run test:long` does. */
export const isWhole = process.env['LUNAS_TEST_ALL'] !== undefined

/** How many cases a property is tried on: a third of them in `npm test`. */
export function cases(all: number): number {
  return isWhole ? all : Math.ceil(all / 3)
}
