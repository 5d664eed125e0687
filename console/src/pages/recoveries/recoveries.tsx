import { Route, Routes } from 'react-router';
import { NewRecovery } from './new-recovery.js';
import { OneRecovery } from './one-recovery.js';
import { RecoveryList } from './recovery-list.js';

export default function Recoveries() {
  return (
    <Routes>
      <Route index element={<RecoveryList />} />
      <Route path="new" element={<NewRecovery />} />
      <Route path=":id" element={<OneRecovery />} />
    </Routes>
  );
}
