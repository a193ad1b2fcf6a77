// The module of a worker. It has no exports: importing it in a worker starts it.
import { serve } from './serve.ts';

serve(() => undefined);
