import { PageHeader } from '../../shared/page-header.js';

export default function Deliveries() {
  return <PageHeader title="Deliveries" />;
}
