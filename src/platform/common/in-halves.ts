/**
 * Runs a batch that fails or succeeds as a whole. One bad item must not fail the others: a batch that fails is run in
 * halves, in order, until what fails stands alone.
 * @param run handles a batch; one result per item, in order
 * @param isOfAll would every part of what failed fail by this? Then all of it has
 * @returns one result per item, in order; the Error of those that failed
 */
export async function inHalves<In, Out>(
  batch: In[],
  run: (batch: In[]) => Promise<(Out | Error)[]>,
  isOfAll: (error: Error) => boolean,
): Promise<(Out | Error)[]> {
  if (batch.length === 0) return [];
  try {
    return await run(batch);
  } catch (error) {
    if (batch.length === 1 || isOfAll(error as Error)) return batch.map(() => error as Error);
  }
  const middle = batch.length >> 1;
  const first = await inHalves(batch.slice(0, middle), run, isOfAll);
  return [...first, ...(await inHalves(batch.slice(middle), run, isOfAll))];
}
