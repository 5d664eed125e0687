import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';

/** A mutation that does not begin again while it is under way: a double click is quicker than the button that shows it. */
export function useOneAtATime<In, Out>(
  act: (input: In) => Promise<Out>,
  onSuccess: (answer: Out) => void = () => {},
): Omit<UseMutationResult<Out, Error, In>, 'mutate'> & { mutate(input: In): void } {
  const underWay = useRef(false);
  const mutation = useMutation<Out, Error, In>({
    mutationFn: async (input) => {
      try {
        return await act(input);
      } finally {
        underWay.current = false;
      }
    },
    onSuccess,
  });
  const mutate = (input: In) => {
    if (underWay.current) return;
    underWay.current = true;
    mutation.mutate(input);
  };
  return { ...mutation, mutate };
}
