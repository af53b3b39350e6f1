import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node'

/** Files in the order of `names`, as `store/claims`, before all others, so that no long one is waited for alone at the end. */
export function longestFirst(names: readonly string[]): TestSequencerConstructor {
  const rank = ({ moduleId }: TestSpecification): number => {
    const at = names.findIndex((name) => moduleId.includes(`/test/${name}.`))
    return at === -1 ? names.length : at
  }
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files)
      return sorted.toSorted((one, other) => rank(one) - rank(other))
    }
  }
}
