/** Runs `work` on every item, `width` at a time, and returns what it returned that is not undefined. */
export async function inParallel<In, Out>(
  items: Iterable<In>,
  work: (item: In) => Promise<Out | undefined>,
  width = 16,
): Promise<Out[]> {
  const found: Out[] = [];
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const result = await work(next.value);
      if (result !== undefined) found.push(result);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return found;
}
