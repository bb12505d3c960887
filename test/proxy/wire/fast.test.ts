import { testScenarios } from './scenarios.ts';

testScenarios('fast');
