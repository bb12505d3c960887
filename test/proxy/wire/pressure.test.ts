import { describe } from '@jest/globals';
import { testHeavyScenarios } from './scenarios.ts';

describe.each(['fast', 'slow'] as const)('on the %s path', testHeavyScenarios);
