import { createRoot } from 'react-dom/client';
import { ChatError } from '@chatapi/sdk';

createRoot(document.getElementById('root')!).render(<p>{new ChatError('Soon', 'soon').message}</p>);
