import { TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useState } from 'react';

interface FilterFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  value: string;
  /** Called when the reader has finished: by Enter, or by leaving the field. */
  onCommit: (value: string) => void;
}

/** A filter that is typed: not every letter asks the API or stands in the history. */
export function FilterField({ value, onCommit, ...props }: FilterFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = () => {
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <TextInput
      {...props}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit();
      }}
    />
  );
}
