import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** A dialog, which gives the focus back to what opened it. */
export function Dialog({ children, ...props }: ModalProps) {
  useFocusReturn(props.opened);
  return (
    <Modal returnFocus={false} closeButtonProps={{ 'aria-label': 'Close' }} {...props}>
      {children}
    </Modal>
  );
}

/** Mantine's own looks when a field of the dialog has the focus already, as dialogs open at once. */
function useFocusReturn(opened: boolean): void {
  const opener = useRef<Element | null>(null);
  const before = useRef(false);
  if (opened && !before.current) opener.current = document.activeElement;
  before.current = opened;
  useEffect(() => {
    if (!opened) return;
    return () => {
      (opener.current as HTMLElement | null)?.focus({ preventScroll: true });
      // What opened it may be gone by what was done.
      if (document.activeElement === document.body) document.getElementById('content')?.focus({ preventScroll: true });
    };
  }, [opened]);
}
