import { Route, Routes } from 'react-router';
import { DeliveryList } from './delivery-list.js';
import { OneDelivery } from './one-delivery.js';

export default function Deliveries() {
  return (
    <Routes>
      <Route index element={<DeliveryList />} />
      <Route path=":id" element={<OneDelivery />} />
    </Routes>
  );
}
